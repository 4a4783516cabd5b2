"""The standard images of imageio: what each one is called, its SHA-256 and its size."""

from __future__ import annotations

__all__ = ["STANDARD_IMAGES"]

STANDARD_IMAGES: dict[str, tuple[str, int]] = {
    "astronaut.png": (
        "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
        791_555,
    ),
    "bricks.jpg": (
        "19c81d9f1ba139d3f0b39d4cea0187cf3996a41fd72b4e668ee92aa665ebc286",
        108_257,
    ),
    "calcium_imaging.tif": (
        "ebce782afe67efabf60a452c1b460b59f6dd3a422a68f021022ab6b9bd65fe4b",
        2_566_090,
    ),
    "camera.png": (
        "b0793d2adda0fa6ae899c03989482bff9a42d3d5690fc7e3648f2795d730c23a",
        139_512,
    ),
    "checkerboard.png": (
        "9f8805c877fdfdad7934f6259b83f6c63951ad7250adeaa67231e8a233396019",
        443,
    ),
    "chelsea.bsdf": (
        "c86c286c41ae1211591da41fefbe2569a5d53d00b304ca5f48178dca5cb56c08",
        250_524,
    ),
    "chelsea.png": (
        "97403c9c171d1aedd2026c7515e20208ef865eaab56d462c3c2eefade9b7d779",
        221_294,
    ),
    "chelsea.zip": (
        "89e21b348b6cbe21dad21460856fcc04e8025dd9ebd52a7b32f0bfbd7103189a",
        221_318,
    ),
    "clock.png": (
        "8ecd1d5175f505758b56fc4f80c3636db4a307b855532411a2a6768f71a5a91b",
        46_909,
    ),
    "cockatoo.mp4": (
        "5fde35f5a288ca86e216d2dc28188ab64b4560d3021f273faefdf0de80f38aa5",
        728_751,
    ),
    "cockatoo_yuv420.mp4": (
        "6a801786c6b4fcfb1abaf0cb8a79d36ee102c1301665de33e5c201f1827118fa",
        1_739_190,
    ),
    "coffee.png": (
        "51564e1c293b9a32de7364dca129d63b005ceaa9ed7ea1357e55cf2f5da8d22d",
        451_102,
    ),
    "coins.png": (
        "c039b77334a92460b65f2e0ed8f1aa0b3521ec77a84386b33a11ad7774ca5702",
        78_467,
    ),
    "horse.png": (
        "b87363816c7995d8679eb739237353706fca90ca952c83d489aeb5ce970bca9f",
        14_540,
    ),
    "hubble_deep_field.png": (
        "c24d5b6472e39cbe65aa7aa3e455058005b8984728c38f0b2d932d6b4e87a3b6",
        1_668_706,
    ),
    "immunohistochemistry.png": (
        "bfed70cce05c5f24f587c28f6e4a73369975b4623982c154057465e376d45b3e",
        470_201,
    ),
    "meadow_cube.jpg": (
        "09a2f1cd17023c3ce0b43f7c2f02e860b1cf0310296d7445e3159fb478fb4708",
        2_446_539,
    ),
    "moon.png": (
        "3c8a6933cc271fd7418b9474e27179d99b28a07c1fd1514fa4a0f0dbe8bc1ecd",
        45_494,
    ),
    "newtonscradle.gif": (
        "a663c4e076b5c48e0aac58c7777d2bb3193cb3053c098d08da278a62d02ff314",
        583_374,
    ),
    "page.png": (
        "c34da8b8f9cd4b7e598c0d7e3580483cc7c5d3009e276330aa232b18477a6de8",
        44_122,
    ),
    "stent.npz": (
        "60a83d2296b51ee6a53153e9ba96ba9020391b0c8952895d9d60a0a629ac6bb6",
        824_612,
    ),
    "text.png": (
        "cde0b41c1b91c4f35b286f58870f9c487cf1d54b69d362066222f0db9f0f4f48",
        46_478,
    ),
    "wikkie.png": (
        "a98f15ac2b23b28a99e93c52967bc8e400a5aca41177cb6750d6e9e96a85170c",
        472_047,
    ),
    "wood.jpg": (
        "bd1b9c003085d8f164421f971c38e9231c3fc22358f0b001b9a50d85e99409cc",
        98_922,
    ),
}
