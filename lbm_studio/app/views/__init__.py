"""What the panels show, as frozen snapshots. Arrays inside them are never written to after they were published."""
