"""The episode on disk: writer, reader, statistics, training windows and verification.

Demonstrations are kept as LeRobotDataset v3.0 folders (Parquet and MP4), one data file and one
video per camera for every episode, so that other tools read them and a kill at any moment costs at
most the running episode. pyarrow and PyAV are imported here and nowhere else.
"""
