"""Opens connections, says the least that HTTP/2 asks, and holds them until standard input ends.

Usage: idle.py HOST PORT COUNT; prints "open" when every connection has had its answer.
"""

from __future__ import annotations

import resource
import select
import socket
import sys

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])


def main() -> None:
    host, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    connections = []
    waiting = select.epoll()
    for _ in range(count):
        connection = socket.create_connection((host, port))
        connection.sendall(PREFACE)
        waiting.register(connection, select.EPOLLIN | select.EPOLLONESHOT)
        connections.append(connection)
    answered = 0
    while answered < count:
        answered += len(waiting.poll())
    print("open", flush=True)
    sys.stdin.read()


main()
