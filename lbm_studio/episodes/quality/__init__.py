"""What is doubtful about demonstrations, found before hours of training: one module for each kind.

Every module turns recorded episodes into findings, each a sentence with its severity, its episode,
and the edit that would mend it where one does. Numbers are read whole; of the pictures only a few.
"""
