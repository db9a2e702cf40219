@problemName tiny
@data
0,1,2,3:up
3,2,1:sideways
