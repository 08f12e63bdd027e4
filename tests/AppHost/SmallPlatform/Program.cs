using OrionPlatform.SmallPlatform;

if (args is ["serve", ..])
{
    await Service.RunAsync(args);
}
else
{
    Model.Run(args);
}
