"""Web: addresses, pages that show two desks, the API, and the field app."""
