"""Understanding engines behind `protocols.Understander` and `protocols.KnowledgeBase` (README.md).

OpenBLAS and Accelerate read these once, when numpy is first imported: with one thread per core they fight the
event loop for it and cost 10-30 MB each, while the encoder's matrices are too small to gain anything.
"""
import os

for _variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ.setdefault(_variable, "1")
