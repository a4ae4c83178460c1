"""Small widgets the panels are made of. They know the theme and nothing of the application."""
