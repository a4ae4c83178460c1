"""One panel a module: what it asks, its one filled button, and what it shows of its view-model."""
