"""Lanes: processes that answer quick SPARQL queries on connections that they take over.

A query through the serving process and a reader wakes three processes, one through a lane wakes
one. `pool` belongs to the serving process: it hands a connection over after a quick query, does not
read it meanwhile, and takes it back. `process` is the lane; `head` reads a request there, and
`wire` is what both say to each other. A lane takes a request from the socket only once it has the
answer, so it may end at any moment, and the serving process answers in its place. Only the one
connection on which it is sending, which it names in shared memory, is closed then.
"""

__all__ = ["pool"]
