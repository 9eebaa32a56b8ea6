"""Make light.head from codestreams: python make_head.py light.head STREAM.jai..."""

import sys

import numpy as np

import refdec
from refdec.api.heads import describe_head, save_head
from refdec.heads.head import HeadFacts, HeadStep
from refdec.heads.making import head_of

target, *streams = sys.argv[1:]
rows, brightness, weights = [], [], set()
for name in streams:
    bundle = refdec.read_latents(name, stage="picture")
    weights.add(bundle.headers.weights_fingerprint)
    latent = np.concatenate([part.latent_q18 for part in bundle.components]) / 2**18  # [256, h, w]
    luma = bundle.planes_q18[0] / 2**18  # 0..255
    height, width = luma.shape[0] // 16, luma.shape[1] // 16  # positions that are visible as a whole
    squares = luma[: 16 * height, : 16 * width].reshape(height, 16, width, 16).mean(axis=(1, 3))
    rows.append(latent[:, :height, :width].reshape(256, -1).T)
    brightness.append(squares.ravel())

x, y = np.concatenate(rows), np.concatenate(brightness)
x = np.column_stack([x, np.ones(len(x))])
fit = np.linalg.solve(x.T @ x + np.eye(257), x.T @ y)  # least squares, held back a little
error = np.sqrt(np.mean((x @ fit - y) ** 2))

head = head_of(
    HeadFacts(
        name="light",
        version="0.1",
        task="dark or bright",
        weights=tuple(sorted(weights)),
        labels=("dark", "bright"),
        metrics={"error of brightness": round(float(error), 2), "positions": len(y)},
        licence="CC0-1.0",
        data=f"{len(streams)} codestreams of my own",
    ),
    [
        HeadStep("concatenate", ("luma", "chroma"), "both"),
        HeadStep("linear", ("both",), "brightness", ("brightness",)),
        HeadStep("mean", ("brightness",), "mean"),
        HeadStep("linear", ("mean",), "scores", ("scores",)),
        HeadStep("softmax", ("scores",), "chances"),
    ],
    {
        "brightness": (fit[None, :256], fit[256:]),
        "scores": (np.array([[-1 / 16], [1 / 16]]), np.array([128 / 16, -128 / 16])),
    },
)
save_head(head, target)
print(describe_head(head)["metrics"])
