"""The field's terms, a line each, with the page on which each is seen live."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """`page` is the key of the page that shows it, or None."""

    name: str
    meaning: str
    page: str | None = None


TERMS = tuple(
    Term(*row)
    for row in (
        ("Ablation", "Switching a part of a model off, here a head or a layer, to see what it was needed for.", "interventions"),
        ("Activation patching", "Putting a vector from one pass into another, to see how much of the first one's prediction comes along.", "interventions"),
        ("Anisotropy", "All vectors of a layer point much the same way, so that any two have a high cosine; to compare, that of random words is taken off.", "words_in_context"),
        ("Attention mask", "1 for tokens that are read, 0 for padding, which every head must ignore.", "tokens"),
        ("Attention rollout", "What reaches a token from each token of the input on all paths through the layers, half of each layer counted as passed by (Abnar and Zuidema 2020).", "attention_summed_up"),
        ("Attention weight", "How much one token (the query) takes from another (the key) in one head: each query's weights sum to 1.", "attention"),
        ("Attribution", "A share in one prediction for each token: how much it speaks for the answer, or against it.", "attribution"),
        ("Baseline", "The input without what it says, such as a blank for every word, with which an attribution compares.", "attribution"),
        ("BERT", "Bidirectional Encoder Representations from Transformers: an encoder trained to fill in blanks and to tell whether two sentences belong together (Devlin et al. 2019)."),
        ("[CLS]", "The token put in front of every input; its last vector, pooled, is read by sentence-level heads.", "next_sentence"),
        ("Cosine similarity", "The cosine of the angle between two vectors: 1 for the same direction, 0 for a right angle, −1 for opposite ones.", "embeddings"),
        ("Embedding", "A vector looked up for a token, a position or a segment; BERT adds the three up before its first layer.", "forward_pass"),
        ("Encoder", "The stack of layers that turns a vector for each token into a vector for each token in its context.", "forward_pass"),
        ("Explained variance", "The share of the vectors' spread that a principal component keeps.", "embeddings"),
        ("Faithfulness", "Whether a prediction really depends on what an explanation names: measured by removing those tokens.", "attribution"),
        ("Feed-forward network", "The second half of each layer: two linear maps with a non-linearity between them, applied to each token alone.", "forward_pass"),
        ("Fill-mask", "Predicting the word at [MASK] from both sides; BERT's main training task, also called masked language modelling.", "fill_in_the_blank"),
        ("Head (attention)", "One of several independent attentions within a layer, with its own queries, keys and values.", "attention"),
        ("Head (prediction)", "A small network on top of the encoder that turns vectors into an answer: a word, a label, a yes or no.", "sentiment"),
        ("Hidden state", "The vector of a token after the embeddings or after some layer.", "forward_pass"),
        ("Id", "A token's row number in the vocabulary.", "tokens"),
        ("Integrated gradients", "The slopes of a prediction on the way from a baseline to the input, averaged: their parts add up to what the words change.", "attribution"),
        ("Key", "The vector by which a token is found: a query's weight on it grows with their dot product.", "attention"),
        ("Layer", "One round of attention and feed-forward network; BERT-base has 12, the embedded model 6.", "forward_pass"),
        ("LayerNorm", "Shifts and scales a vector to mean 0 and variance 1, then by learned factors.", "forward_pass"),
        ("Logit", "A score before it is turned into a probability by softmax.", "fill_in_the_blank"),
        ("[MASK]", "The token that stands for a hidden word.", "fill_in_the_blank"),
        ("MLM", "Masked language modelling: see fill-mask.", "fill_in_the_blank"),
        ("Neuron", "One number of the wide middle of a feed-forward network, and the vector that it adds to the token when it is active.", "logit_lens"),
        ("Next sentence prediction", "BERT's second training task: does sentence B follow sentence A in the text they come from?", "next_sentence"),
        ("Occlusion", "Replacing one token, usually by a blank, to see what a prediction loses.", "attribution"),
        ("Offset", "Where in the text, in characters, a token begins and ends.", "tokens"),
        ("[PAD]", "Fills up the shorter texts of a batch; the attention mask hides it.", "tokens"),
        ("PCA", "Principal component analysis: the flat view of high-dimensional points that keeps the most of their spread.", "embeddings"),
        ("Pooled output", "The last vector of [CLS] after one more linear map and tanh; next-sentence and sentiment heads read it.", "next_sentence"),
        ("Position embedding", "A learned vector for each place in the input; without it BERT could not tell word order.", "forward_pass"),
        ("Pseudo-perplexity", "How surprised BERT is by a text, hiding one token at a time; lower is less surprised (Salazar et al. 2020).", "fill_in_the_blank"),
        ("Query", "The vector with which a token asks the others; compared with their keys.", "attention"),
        ("Rank correlation", "How alike two orders are: 1 the same, 0 unrelated, −1 the reverse; Spearman's is the correlation of the ranks.", "attention_summed_up"),
        ("Segment", "Which sentence of a pair a token belongs to: 0 for A, 1 for B.", "tokens"),
        ("Self-similarity", "The mean cosine of one word's vectors in different sentences: 1 where context changes nothing.", "words_in_context"),
        ("[SEP]", "The token that ends each sentence.", "tokens"),
        ("Softmax", "Turns scores into probabilities that sum to 1: exp(x) divided by the sum of all exp(x).", "fill_in_the_blank"),
        ("Special token", "A token that stands for no text: [CLS], [SEP], [MASK], [PAD]; [UNK] stands for an unknown word.", "tokens"),
        ("Token", "What BERT reads: a word or a piece of one.", "tokens"),
        ("[UNK]", "Stands for a word that cannot be built from the vocabulary's pieces.", "tokens"),
        ("Value", "The vector that a token passes on where attention falls on it.", "attention"),
        ("Vocabulary", "The fixed list of tokens a model knows: 30,522 for bert-base-uncased.", "embeddings"),
        ("WordPiece", "Cuts a word, from its start, into the longest pieces the vocabulary holds; ## marks a continuation.", "tokens"),
    )
)  # fmt: skip


def found(wanted: str) -> list[Term]:
    """The terms with these letters in them, first those that have them in their name; all of them for an empty search."""
    letters = wanted.strip().lower()
    matches = [term for term in TERMS if letters in f"{term.name} {term.meaning}".lower()]
    return sorted(matches, key=lambda term: letters not in term.name.lower())
