"""Weights (4.11, 6.2): checkpoints of the reference software in, exact integers out.

Reading a decoder's weights: `bundled_pack()`, `read_pack(source)`, `WeightPack.checkpoint(kind, model_id)`.  Making
packs: `collection.import_folder`, `write_pack`.  Floats exist only between a checkpoint file and `quantise_layer`;
nothing in a file is ever executed.
"""
