"""Engines that understand speech: a port, and an adapter for each that we know."""
