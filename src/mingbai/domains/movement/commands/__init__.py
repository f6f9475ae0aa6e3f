"""Every way in which the movement desk's tables can change."""
