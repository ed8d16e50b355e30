"""The hostile bench: frames that must be refused, with good ones among them."""
