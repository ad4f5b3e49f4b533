"""What may be asked, and how it is answered: catalogue, question, reader, answers."""
