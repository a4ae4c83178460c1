"""Where cameras and arms really are, found from pictures of a printed board."""
