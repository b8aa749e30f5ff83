"""The Model Context Protocol: the server's videos as tools and resources for agents.

Everything here is a client of the HTTP API: over the network for `sorairo mcp`, within the process
for `/mcp` of `sorairo serve`.
"""
