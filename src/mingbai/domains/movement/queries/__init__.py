"""Everything that can be asked of the movement desk."""
