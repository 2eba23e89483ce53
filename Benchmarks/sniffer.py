"""Sees the first RTP packet that any program sends over loopback, by the kernel's clock."""

import socket
import struct
import threading
import time

ETH_P_IP = 0x0800
PACKET_OUTGOING = 4
SO_TIMESTAMPNS = 35
ETHERNET = 14


class Sniffer:
    """Watches loopback from now on; for a network namespace in which only we are."""

    def __init__(self):
        self.socket = socket.socket(
            socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_IP))
        self.socket.bind(("lo", 0))
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.socket.settimeout(0.2)
        self.first = None
        self.ended = threading.Event()
        self.seen = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def watch(self):
        while not self.ended.is_set() and self.first is None:
            try:
                frame, control, _, address = self.socket.recvmsg(256, 64)
            except TimeoutError:
                continue
            # Over loopback each packet is seen as it leaves and as it comes.
            if address[2] == PACKET_OUTGOING or not is_rtp(frame):
                continue
            self.first = time.time()
            for level, kind, value in control:
                if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS:
                    seconds, nanoseconds = struct.unpack("qq", value[:16])
                    self.first = seconds + nanoseconds / 1e9
            self.seen.set()

    def wait(self, seconds):
        """When the first packet came, in seconds since 1970; None where none came in time."""
        self.seen.wait(seconds)
        return self.first

    def close(self):
        self.ended.set()
        self.thread.join()
        self.socket.close()


def is_rtp(frame):
    """Whether a frame of Ethernet holds RTP, as RFC 7983 and RFC 5761 tell it from the rest."""
    packet = frame[ETHERNET:]
    if len(packet) < 20 or packet[0] >> 4 != 4 or packet[9] != socket.IPPROTO_UDP:
        return False
    payload = packet[(packet[0] & 15) * 4 + 8:]
    return len(payload) > 12 and 128 <= payload[0] < 192 and not 192 <= payload[1] < 224
