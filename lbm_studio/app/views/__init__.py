"""What the panels show, as frozen snapshots; arrays in them are never written to once published."""
