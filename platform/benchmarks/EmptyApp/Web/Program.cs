var app = WebApplication.Create(args);
app.MapGet("/health", () => "Healthy");
app.Run();
