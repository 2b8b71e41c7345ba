"""What several formats share: rows of numbers, bodies by order, columns by name, sets of joints."""
