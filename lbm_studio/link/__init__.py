"""How processes talk: typed messages, camera frames in shared memory, and the stop datagram."""
