"""Joint positions in arrays, bare or as models of motion write them."""
