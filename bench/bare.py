"""A bare aiohttp handler for the callbacks of bench/wechat_callbacks.py: `python -m bench.bare PORT`.

It reads the body and answers as many bytes as a sealed reply has: what HTTP alone would allow.
"""
from __future__ import annotations

import sys

from aiohttp import web

ANSWER = "<xml><Encrypt><![CDATA[" + "A" * 900 + "]]></Encrypt></xml>"


async def answer(request: web.Request) -> web.Response:
    await request.read()
    return web.Response(text=ANSWER, content_type="text/xml")


def main() -> None:
    app = web.Application()
    app.add_routes([web.post("/wechat/{appid}", answer)])
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)


if __name__ == "__main__":
    main()
