"""One module per background process: the only places where rooms are put together at run time."""
