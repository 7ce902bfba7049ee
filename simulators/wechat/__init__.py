"""WeChat on loopback: api.weixin.qq.com, qyapi.weixin.qq.com (customer service, kf), and the side that pushes.

    settings = official("12345", callback="http://127.0.0.1:8080/wechat/12345")
    async with serve([settings], clock) as wechat:
        phone = wechat.phone("12345", "甲")
        delivery = await phone.says("楼上漏水")

A gateway differs between here and production by its configuration alone: the base URL, the ids and the secrets.
Where the platform's documents leave a choice the stricter reading is played.
"""
