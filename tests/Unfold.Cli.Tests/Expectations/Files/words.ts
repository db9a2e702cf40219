@data
1,2:up
1,two:down
