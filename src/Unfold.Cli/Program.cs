using Unfold.Cli.Shell;

return Boundary.Run(args);
