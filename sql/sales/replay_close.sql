CLOSE replay
