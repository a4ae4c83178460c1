"""Measurements that print tables; not collected by the tests."""
