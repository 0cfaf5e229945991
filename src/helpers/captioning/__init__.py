"""Chapter 7: image captioning. A frozen CNN looks, an LSTM tells."""
