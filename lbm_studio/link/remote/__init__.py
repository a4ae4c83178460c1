"""A station on another machine: keys, encrypted sockets, clocks, and the two ends that relay."""
