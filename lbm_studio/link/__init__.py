"""How processes talk: typed messages over local sockets, camera frames in shared memory, and the stop datagram."""
