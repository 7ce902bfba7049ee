"""Every type of message and event that WeChat is documented to push, with contents of the documented shape.

Facts: developers.weixin.qq.com, 接收普通消息, 接收事件推送, 自定义菜单事件, 订阅通知事件. Words and ids are ours.
"""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# MsgType → contents. The unsupported kinds arrive as a text with just these words.
UNSUPPORTED = "【收到不支持的消息类型，暂无法显示】"
MESSAGES: Mapping[str, Mapping[str, Any]] = {
    "text": {"Content": "楼上漏水，物业不管"},
    "image": {"PicUrl": "http://127.0.0.1:9/never-to-be-fetched", "MediaId": "media"},
    "voice": {"MediaId": "media", "Format": "amr", "Recognition": "楼上漏水。"},
    "video": {"MediaId": "media", "ThumbMediaId": "thumb"},
    "shortvideo": {"MediaId": "media", "ThumbMediaId": "thumb"},
    "location": {"Location_X": 23.134521, "Location_Y": 113.358803, "Scale": 20, "Label": "天河区体育西路1号"},
    "link": {"Title": "通知", "Description": "停水通知", "Url": "http://127.0.0.1:9/never-to-be-fetched"},
    "unknown_kind": {"Something": "new"},
}

_SCAN_CODE = {"ScanCodeInfo": {"ScanType": "qrcode", "ScanResult": "1"}}
_PICTURES = {"SendPicsInfo": {"Count": 1, "PicList": {"item": [{"PicMd5Sum": "1b5f7c23b5bf75682a53e7b6d163e185"}]}}}
_PLACE = {"Location_X": "23.134521", "Location_Y": "113.358803", "Scale": "15", "Label": "体育西路1号", "Poiname": ""}
_SEAT = {"KfAccount": "seat@12345"}

# Event → contents.
EVENTS: Mapping[str, Mapping[str, Any]] = {
    "subscribe": {"EventKey": "qrscene_district-1", "Ticket": "ticket"},
    "unsubscribe": {"EventKey": ""},
    "SCAN": {"EventKey": "district-1", "Ticket": "ticket"},
    "LOCATION": {"Latitude": 23.137466, "Longitude": 113.352425, "Precision": 119.38504},
    "CLICK": {"EventKey": "complain"},
    "VIEW": {"EventKey": "http://127.0.0.1:9/never-to-be-fetched", "MenuId": "1"},
    "scancode_push": {"EventKey": "scan", **_SCAN_CODE},
    "scancode_waitmsg": {"EventKey": "scan", **_SCAN_CODE},
    "pic_sysphoto": {"EventKey": "photo", **_PICTURES},
    "pic_photo_or_album": {"EventKey": "photo", **_PICTURES},
    "pic_weixin": {"EventKey": "photo", **_PICTURES},
    "location_select": {"EventKey": "place", "SendLocationInfo": _PLACE},
    "view_miniprogram": {"EventKey": "pages/home/home", "MenuId": "1"},
    "TEMPLATESENDJOBFINISH": {"MsgID": 200163836, "Status": "success"},
    "subscribe_msg_popup_event": {"SubscribeMsgPopupEvent": {"List": [
        {"TemplateId": "one-time-progress", "SubscribeStatusString": "accept", "PopupScene": 0}]}},
    "subscribe_msg_change_event": {"SubscribeMsgChangeEvent": {"List": [
        {"TemplateId": "long-term-closure", "SubscribeStatusString": "reject"}]}},
    "subscribe_msg_sent_event": {"SubscribeMsgSentEvent": {"List": [
        {"TemplateId": "one-time-progress", "MsgID": "17008271328195543", "ErrorCode": 0, "ErrorStatus": "success"}]}},
    "kf_create_session": _SEAT,
    "kf_close_session": {**_SEAT, "CloseType": "KF"},
    "kf_switch_session": {"FromKfAccount": "seat@12345", "ToKfAccount": "desk@12345"},
    "user_enter_tempsession": {"SessionFrom": "case"},
    "wxa_media_check": {"appid": "wx", "trace_id": "trace", "version": 2, "detail": [], "errcode": 0, "errmsg": "ok",
                        "result": {"suggest": "pass", "label": 100}},
    "an_event_nobody_knows": {"Something": "new"},
}
