"""Spoken words: four words of a new phone's key, to be compared on two screens by people who stand side by side."""

import hashlib
from uuid import UUID

from django.utils.translation import get_language

WORDS = [
    "大米 rice",
    "豆腐 tofu",
    "白菜 cabbage",
    "萝卜 radish",
    "苹果 apple",
    "西瓜 melon",
    "核桃 walnut",
    "花生 peanut",
    "锄头 hoe",
    "水桶 bucket",
    "雨伞 umbrella",
    "草帽 hat",
    "钥匙 key",
    "板凳 bench",
    "灯笼 lantern",
    "铃铛 bell",
    "黄牛 ox",
    "山羊 goat",
    "公鸡 rooster",
    "鲤鱼 carp",
    "燕子 swallow",
    "蜻蜓 dragonfly",
    "松鼠 squirrel",
    "青蛙 frog",
    "高山 mountain",
    "小河 river",
    "石桥 bridge",
    "水井 well",
    "竹子 bamboo",
    "柳树 willow",
    "荷花 lotus",
    "月亮 moon",
]


def words_of(device: UUID, public_key: bytes) -> list[str]:
    """Return the four words of a phone's key, in the language of the moment."""
    digest = hashlib.sha256(b"mingbai/words/1\n" + device.hex.encode() + public_key).digest()
    at = 0 if (get_language() or "zh").startswith("zh") else 1
    return [
        WORDS[int.from_bytes(digest[2 * place : 2 * place + 2], "big") % len(WORDS)].split(" ")[at]
        for place in range(4)
    ]
