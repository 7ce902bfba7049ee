"""A case system that takes signed JSON and tells what becomes of its cases, with the faults real ones have.

Its side of the signatures is written from the specification of Standard Webhooks, without the gateway's code: it is the
oracle of ours. Nothing of it is kept over its end.

    server.py    the port: operations in, look-ups, faults        book.py      the cases
    telling.py   signed events to the gateway                     faults.py    what may befall an operation
    signing.py   Standard Webhooks                                demo.py      the page, and what is done on it
"""
