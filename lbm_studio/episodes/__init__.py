"""Episodes on disk: LeRobotDataset v3.0 folders, writer, reader, edit log and training windows."""
