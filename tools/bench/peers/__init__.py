"""Peers: other people's programs that do the same work, set up by themselves in a folder that goes when the run ends."""
