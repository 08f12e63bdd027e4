Console.Error.WriteLine("no benchmark of that name"); return 2;
