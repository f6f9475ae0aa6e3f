"""Pages made by hand, where people work all day and where the public reads."""
