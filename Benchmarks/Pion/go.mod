module pion-sfu

go 1.19
