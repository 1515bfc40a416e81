#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
#
# A UPnP gateway with errors that a real one does not make. Prints the requested actions,
# one per line.
#
# usage: igd.py ADDRESS ACTION [HOST]	ADDRESS is its own, ACTION fails, HOST is
#					its address according to its answer to a
#					search

import http.server
import re
import socket
import socketserver
import struct
import sys
import threading

ADDRESS, FAILS = sys.argv[1:3]
HOST = sys.argv[3] if len(sys.argv) > 3 else ADDRESS
PORT = 5000
SERVICE = 'urn:schemas-upnp-org:service:WANIPConnection:1'
DEVICE = 'urn:schemas-upnp-org:device:'
DESCRIPTION = f'''<?xml version="1.0"?>
<root xmlns="urn:schemas-upnp-org:device-1-0"><device>
<deviceType>{DEVICE}InternetGatewayDevice:1</deviceType><deviceList><device>
<deviceType>{DEVICE}WANDevice:1</deviceType><deviceList><device>
<deviceType>{DEVICE}WANConnectionDevice:1</deviceType><serviceList><service>
<serviceType>{SERVICE}</serviceType><controlURL>/control</controlURL>
</service></serviceList></device></deviceList></device></deviceList></device></root>
'''


def discovery():
    """Answers M-SEARCH"""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(('', 1900))
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, struct.pack(
        '4s4s', socket.inet_aton('239.255.255.250'),
        socket.inet_aton(ADDRESS)))
    while True:
        data, peer = sock.recvfrom(1500)
        found = re.search(rb'ST: *(\S+)', data)
        if found:
            sock.sendto(f'HTTP/1.1 200 OK\r\nST: {found[1].decode()}\r\n'
                        f'LOCATION: http://{HOST}:{PORT}/\r\n\r\n'.encode(),
                        peer)


class Gateway(http.server.BaseHTTPRequestHandler):
    """Description and control"""

    def answer(self, code, text):
        self.send_response(code)
        self.send_header('Content-Length', str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def do_GET(self):
        self.answer(200, DESCRIPTION)

    def do_POST(self):
        action = self.headers['SOAPAction'].strip('"').split('#')[1]
        self.rfile.read(int(self.headers['Content-Length']))
        print(action, flush=True)
        if action == FAILS:
            self.answer(500, '<errorCode>501</errorCode>')
        else:
            self.answer(200, f'<u:{action}Response></u:{action}Response>')

    def log_message(self, *args):
        pass


threading.Thread(target=discovery, daemon=True).start()
socketserver.TCPServer.allow_reuse_address = True
# HTTPServer would look up the host's name
socketserver.TCPServer((ADDRESS, PORT), Gateway).serve_forever()
