"""A mobile carrier on loopback: an SMSC that speaks SMPP 3.4, and the phones behind it.

    async with serve(clock) as carrier:
        phone = carrier.phone("8613800138000")
        statuses = await phone.says("楼上漏水", form="udh8")
        carrier.receipts = "early"

Its codec and its alphabet are its own, so that a gateway and this carrier can only agree where both read the
specification alike [SMPP 3.4; GSM 03.38; GSM 03.40, 9.2.3.24].
"""
