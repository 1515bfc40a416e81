#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
#
# A NAT-PMP gateway (RFC 6886) that answers the address request twice, the second
# time just before it answers the request for a port. Prints one line per
# request: "address", or "port PRIVATE LIFETIME".
#
# usage: natpmp.py ADDRESS OUTSIDE	ADDRESS is its own, OUTSIDE the public one

import socket
import struct
import sys

ADDRESS, OUTSIDE = sys.argv[1:]
PORT = 5351
PUBLIC_PORT = 4321

sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind((ADDRESS, PORT))
address = struct.pack('>BBHI4s', 0, 128, 0, 1, socket.inet_aton(OUTSIDE))
while True:
    request, peer = sock.recvfrom(64)
    if request[1] == 0:
        print('address', flush=True)
        sock.sendto(address, peer)
        continue
    private, _, lifetime = struct.unpack('>HHI', request[4:12])
    print('port', private, lifetime, flush=True)
    sock.sendto(address, peer)
    sock.sendto(struct.pack('>BBHIHHI', 0, 129, 0, 1, private + 1, 9, lifetime),
                peer)
    sock.sendto(struct.pack('>BBHIHHI', 0, 129, 0, 1, private, PUBLIC_PORT,
                            lifetime), peer)
