"""Colours, one meaning each: Okabe and Ito's, told apart by colour-blind readers too."""

from __future__ import annotations

Colour = tuple[float, float, float]
"""Red, green, blue, from 0 to 1."""

ORANGE: Colour = (0.90, 0.62, 0.00)
"""Props, and what could not be judged."""
BLUE: Colour = (0.00, 0.45, 0.70)
"""The person."""
SKY: Colour = (0.34, 0.71, 0.91)
"""The interaction mesh, and the second robot."""
GREEN: Colour = (0.00, 0.62, 0.45)
"""What is in contact, and what passes."""
VERMILION: Colour = (0.84, 0.37, 0.00)
"""What is inside something else, and what fails."""
PURPLE: Colour = (0.80, 0.47, 0.65)
"""The third robot."""
YELLOW: Colour = (0.94, 0.89, 0.26)
"""The fourth robot."""
SAND: Colour = (0.76, 0.72, 0.66)
"""Terrain."""
LIGHT: Colour = (0.78, 0.80, 0.83)
"""The robot."""
DARK: Colour = (0.27, 0.29, 0.32)
"""The robot's hands, feet and pelvis."""
