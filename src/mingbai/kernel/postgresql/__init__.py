"""PostgreSQL as the house speaks to it: Django's own way, with fewer ways there and back."""
