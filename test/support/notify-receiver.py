"""Stands where systemd does: receives what sd_notify(3) sends, and prints each message as a line of JSON.

Argument: the path of the socket to make; with a leading @, one in the abstract namespace. A barrier (BARRIER=1) is
answered as systemd answers it: by closing the descriptor that comes with it.
"""
import array
import json
import os
import socket
import sys

address = sys.argv[1]
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind('\0' + address[1:] if address.startswith('@') else address)
print(json.dumps('listening'), flush=True)
while True:
    message, ancillary, _flags, _sender = receiver.recvmsg(65536, socket.CMSG_SPACE(16 * 4))
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            descriptors = array.array('i')
            descriptors.frombytes(data[:len(data) - len(data) % descriptors.itemsize])
            for descriptor in descriptors:
                os.close(descriptor)
    lines = message.decode().splitlines()
    if lines != ['BARRIER=1']:
        print(json.dumps(lines), flush=True)
