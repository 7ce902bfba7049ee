"""Many gateways, each a process of its own, on one Redis behind one balancer."""
