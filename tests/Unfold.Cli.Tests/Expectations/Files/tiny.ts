@problemName tiny
@data
0,1,2,3:up
3,2,1:down
1,2,4:up
5,3,2,1:down
0,2,3:up
9,8,7:down
1,3,5:up
4,3,1:down
