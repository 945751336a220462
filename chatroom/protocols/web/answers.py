"""The heads of HTTP responses, with what keeps a page safe.

Each says that the connection is closed. The policy allows the page nothing but this server's own
files and WebSocket, no script or style in the markup, and no string as markup.
"""

from email.utils import formatdate

TEXT = "text/plain; charset=utf-8"
_REASONS = {
    200: "OK",
    304: "Not Modified",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    414: "URI Too Long",
    426: "Upgrade Required",
    431: "Request Header Fields Too Large",
    505: "HTTP Version Not Supported",
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;"
    " media-src 'self'; connect-src 'self'{sockets}; manifest-src 'self'; form-action 'none';"
    " base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)


def head(status: int, now: float, host: str, *fields: str) -> bytes:
    """`host` has been checked, for browsers take what stands in the policy at its word.

    Some browsers do not count a WebSocket of the same host as 'self'.
    """
    sockets = f" ws://{host} wss://{host}" if host else ""
    lines = (
        f"HTTP/1.1 {status} {_REASONS[status]}",
        f"Date: {formatdate(now, usegmt=True)}",
        *fields,
        f"Content-Security-Policy: {_POLICY.format(sockets=sockets)}",
        "X-Content-Type-Options: nosniff",
        "Referrer-Policy: no-referrer",
        "Cross-Origin-Resource-Policy: same-origin",
        "Connection: close",
    )
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode("ascii")
