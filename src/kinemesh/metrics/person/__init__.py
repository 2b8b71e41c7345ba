"""What the person does, by the ruler's own rules."""
