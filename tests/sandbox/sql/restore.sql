SELECT snapshot.restore()
